"""What `model-studio` does and prints, a module per command with `run(options) -> exit code`.

`app.cli` reads the arguments and loads the module of the command, so that `model-studio --help`
needs neither torch nor a web framework.
"""
