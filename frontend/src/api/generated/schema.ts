// Generated from spec/openapi.json by `npm run generate:api`. Do not edit.

export interface paths {
    "/api/blocks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Blocks
         * @description The catalogue of blocks, the limits and the settings of a run.
         */
        get: operations["list_blocks"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/designs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Designs
         * @description Lists designs, newest first.
         */
        get: operations["list_designs"];
        put?: never;
        /**
         * Create Design
         * @description Creates a design, empty or from a template.
         */
        post: operations["create_design"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/designs/{design_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Fetch Design
         * @description Returns the design with its ETag.
         */
        get: operations["fetch_design"];
        /**
         * Save Design
         * @description Saves over the revision that If-Match names; with `If-None-Match: *` creates (201).
         */
        put: operations["save_design"];
        post?: never;
        /**
         * Delete Design
         * @description Deletes the design; its runs stay.
         */
        delete: operations["delete_design"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/designs/{design_id}/compile": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Compile Design
         * @description Generates the model's Python from the saved design.
         */
        post: operations["compile_design"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/designs/{design_id}/diff": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Diff Design
         * @description What changed, block by block, from an earlier state or another design to this one.
         */
        get: operations["diff_design"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/designs/{design_id}/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Export Model
         * @description Hands out a checkpoint as a file; ONNX was checked against torch.
         */
        get: operations["export_model"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/designs/{design_id}/revisions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Revisions
         * @description Lists the saved states that are kept, newest first.
         */
        get: operations["list_revisions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/designs/{design_id}/revisions/{revision}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Fetch Revision
         * @description Returns the design as it was saved.
         */
        get: operations["fetch_revision"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/designs/{design_id}/source": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Fetch Source
         * @description Returns the Python of the last compile.
         */
        get: operations["fetch_source"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/designs/{design_id}/train": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Train Design
         * @description Starts a training of the design, compiling it first where it changed.
         */
        post: operations["train_design"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/designs/{design_id}/validate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Validate Design
         * @description Checks a design without saving or compiling it.
         */
        post: operations["validate_design"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/runs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Runs
         * @description Lists runs, newest first.
         */
        get: operations["list_runs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/runs/{run_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Fetch Run
         * @description Returns state, config, latest metrics and best checkpoint.
         */
        get: operations["fetch_run"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/runs/{run_id}/branch": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Branch Run
         * @description Starts a new run from a checkpoint's weights and optimizer.
         */
        post: operations["branch_run"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/runs/{run_id}/checkpoints": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Checkpoints
         * @description Lists the checkpoints that are on disk, oldest first, and why each is kept.
         */
        get: operations["list_checkpoints"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/runs/{run_id}/checkpoints/{step}/pin": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Pin Checkpoint
         * @description Keeps a checkpoint for good, of a run that goes on or is over; returns the list.
         */
        put: operations["pin_checkpoint"];
        post?: never;
        /**
         * Unpin Checkpoint
         * @description Leaves a checkpoint to the run's settings, pinned or not; returns the list.
         */
        delete: operations["unpin_checkpoint"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/runs/{run_id}/design": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Fetch Run Design
         * @description Returns the design exactly as the run trained it, whatever became of it since.
         */
        get: operations["fetch_run_design"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/runs/{run_id}/evaluations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Evaluations
         * @description Lists what each evaluation of the run gave, oldest first.
         */
        get: operations["list_evaluations"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/runs/{run_id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Follow Run
         * @description Streams what happens in the run.
         */
        get: operations["follow_run"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/runs/{run_id}/games": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Games
         * @description Lists the recorded games that are kept: best, median and worst of each evaluation.
         */
        get: operations["list_games"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/runs/{run_id}/games/{game_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Fetch Game
         * @description Returns a recorded game: its seed and its moves, from which every board follows.
         */
        get: operations["fetch_game"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/runs/{run_id}/hyperparameters": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Set Hyperparameters
         * @description Changes settings from the next update on; the run's history tells when that was.
         */
        patch: operations["set_hyperparameters"];
        trace?: never;
    };
    "/api/runs/{run_id}/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Fetch Metrics
         * @description Returns curves, each reduced to max_points with its extremes kept.
         */
        get: operations["fetch_metrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/runs/{run_id}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Pause Run
         * @description Asks for a checkpoint and a pause.
         */
        post: operations["pause_run"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/runs/{run_id}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Resume Run
         * @description Lets a paused run go on, or an interrupted one from its last checkpoint.
         */
        post: operations["resume_run"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/runs/{run_id}/stop": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Stop Run
         * @description Asks for a final checkpoint and the end of the run.
         */
        post: operations["stop_run"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/templates": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Templates
         * @description Designs to start from.
         */
        get: operations["list_templates"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/healthz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Liveness
         * @description Answers as long as the process does.
         */
        get: operations["liveness"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Prometheus
         * @description Figures in Prometheus' text format.
         */
        get: operations["prometheus"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Readiness
         * @description Answers 200 while the database does too.
         */
        get: operations["readiness"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * BlockChange
         * @description One block that is new, gone or different; `type_before` where its type changed.
         */
        BlockChange: {
            /** Id */
            id: string;
            inputs: components["schemas"]["InputsChange"] | null;
            /**
             * Kind
             * @enum {string}
             */
            kind: "added" | "removed" | "changed";
            /** Props */
            props: components["schemas"]["ValueChange"][];
            /** Type */
            type: string;
            /** Type Before */
            type_before: string | null;
        };
        /**
         * BlockNumbers
         * @description What one component gives, for example "[B, 16, 64]", and costs.
         */
        BlockNumbers: {
            /** Flops */
            flops: number;
            /** Output */
            output: string | null;
            /** Params */
            params: number;
        };
        /**
         * BranchRequest
         * @description From which checkpoint of a run the new one starts, and what is different.
         */
        BranchRequest: {
            /**
             * Hyperparameters
             * @default {}
             */
            hyperparameters: {
                [key: string]: boolean | number | string;
            };
            /**
             * Minutes
             * @description Of the new run alone.
             */
            minutes?: number | null;
            /** Step */
            step: number;
            /** Total Steps */
            total_steps?: number | null;
        };
        /**
         * Catalogue
         * @description Everything the page needs to offer blocks and run settings.
         */
        Catalogue: {
            /** Blocks */
            blocks: {
                [key: string]: unknown;
            }[];
            /** Categories */
            categories: {
                [key: string]: unknown;
            }[];
            /** Hyperparameters */
            hyperparameters: {
                [key: string]: unknown;
            };
            /** Layout Props */
            layout_props: {
                [key: string]: unknown;
            }[];
            /** Limits */
            limits: {
                [key: string]: unknown;
            };
            /** Version */
            version: number;
        };
        /**
         * Checkpoint
         * @description One checkpoint; `score` is the mean score when it was written.
         */
        Checkpoint: {
            /** Bytes */
            bytes: number | null;
            /** Created At */
            created_at: string;
            /** Score */
            score: number | null;
            /** Step */
            step: number;
            /** Update */
            update: number;
        };
        /**
         * CheckpointChoice
         * @description A checkpoint of a run; without `step` its latest one.
         */
        CheckpointChoice: {
            /** Run Id */
            run_id: string;
            /** Step */
            step?: number | null;
        };
        /**
         * CheckpointList
         * @description Checkpoints of a run, oldest first; what they take and what is left of the disk.
         */
        CheckpointList: {
            /** Bytes */
            bytes: number;
            /** Free Bytes */
            free_bytes: number;
            /** Items */
            items: components["schemas"]["ListedCheckpoint"][];
        };
        /**
         * CompileResult
         * @description Where the model can be imported from, its size in millions, its config.
         */
        CompileResult: {
            /** Config */
            config: {
                [key: string]: unknown;
            };
            /** Import Path */
            import_path: string;
            /** Paramcount */
            paramCount: number;
        };
        /**
         * ConnectionChanges
         * @description Connections that came and went.
         */
        ConnectionChanges: {
            /** Added */
            added: [
                string,
                string
            ][];
            /** Removed */
            removed: [
                string,
                string
            ][];
        };
        /**
         * CreateDesign
         * @description What a new design starts from.
         */
        CreateDesign: {
            /** Name */
            name?: string | null;
            /**
             * Template
             * @description A slug of GET /api/templates.
             */
            template?: string | null;
        };
        /**
         * DesignDiff
         * @description What changed; `moved` counts blocks that only lie elsewhere on the canvas.
         */
        DesignDiff: {
            /** Blocks */
            blocks: components["schemas"]["BlockChange"][];
            connections: components["schemas"]["ConnectionChanges"];
            /** Meta */
            meta: components["schemas"]["ValueChange"][];
            /** Moved */
            moved: number;
            name: components["schemas"]["NameChange"] | null;
        };
        /**
         * DesignList
         * @description One page, newest first; `next` is the `cursor` of the next page.
         */
        DesignList: {
            /** Items */
            items: components["schemas"]["DesignMeta"][];
            /** Next */
            next: string | null;
        };
        /**
         * DesignMeta
         * @description What a list shows of a design; times are ISO 8601 in UTC.
         */
        DesignMeta: {
            /** Created At */
            created_at: string;
            /** Id */
            id: string;
            /** Name */
            name: string;
            /** Revision */
            revision: number;
            /** Updated At */
            updated_at: string;
        };
        /**
         * DesignNumbers
         * @description The defaults that blocks without own values take.
         */
        DesignNumbers: {
            /** D Model */
            d_model: number;
            /** N Experts */
            n_experts: number;
            /** N Heads */
            n_heads: number;
        };
        /**
         * Evaluation
         * @description Whole games on the same seeds; `tile_rates` is the share of them that reached a tile.
         */
        Evaluation: {
            /**
             * Elapsed S
             * @description Seconds of training until then, its own among them.
             */
            elapsed_s: number;
            /** Games */
            games: number;
            /** Kickstarted */
            kickstarted: boolean;
            /** Max Tile */
            max_tile: number;
            /** Mode */
            mode: string;
            score: components["schemas"]["EvaluationScore"];
            /** Seconds */
            seconds: number;
            /** Seq */
            seq: number;
            /** Step */
            step: number;
            /** Tile Rates */
            tile_rates: {
                [key: string]: number;
            };
            /** Time */
            time: string;
            /** Update */
            update: number;
        };
        /**
         * EvaluationList
         * @description Evaluations of a run, oldest first.
         */
        EvaluationList: {
            /** Items */
            items: components["schemas"]["Evaluation"][];
        };
        /**
         * EvaluationScore
         * @description Scores of the games; 95 % of such intervals hold the mean of ever more games.
         */
        EvaluationScore: {
            /** Ci95 */
            ci95: [
                number,
                number
            ];
            /** Mean */
            mean: number;
            /** Median */
            median: number;
            /** Sem */
            sem: number;
        };
        /**
         * Fix
         * @description A repair that one tap applies: operations on the design.
         */
        Fix: {
            /** Label */
            label: string;
            /** Ops */
            ops: {
                [key: string]: unknown;
            }[];
        };
        /**
         * GameRecording
         * @description A game that replays from its seed.
         *
         *     `moves` is base64 of two bits per move (0 up, 1 right, 2 down, 3 left), the first one in the
         *     lowest bits of the first byte.
         */
        GameRecording: {
            /** Id */
            id: string;
            /**
             * Kind
             * @enum {string}
             */
            kind: "best" | "median" | "worst";
            /** Max Tile */
            max_tile: number;
            /** Mode */
            mode: string;
            /** Model */
            model: string | null;
            /** Moves */
            moves: string;
            /** Score */
            score: number;
            /** Seed */
            seed: number;
            /** Step */
            step: number;
            /** Steps */
            steps: number;
            /** Update */
            update: number;
            /** Version */
            version: number;
        };
        /**
         * HyperparameterEdit
         * @description A change that took effect at `step`.
         */
        HyperparameterEdit: {
            /** Step */
            step: number | null;
            /** Time */
            time: string;
            /** Values */
            values: {
                [key: string]: boolean | number | string;
            };
        };
        /**
         * InputsChange
         * @description Ids of what a block reads, in order.
         */
        InputsChange: {
            /** From */
            from: string[];
            /** To */
            to: string[];
        };
        /**
         * Issue
         * @description One thing that validation found.
         */
        Issue: {
            /** Code */
            code: string;
            /** Component Id */
            component_id: string | null;
            fix: components["schemas"]["Fix"] | null;
            /** Message */
            message: string;
            /** Prop */
            prop: string | null;
            /**
             * Severity
             * @enum {string}
             */
            severity: "error" | "warning" | "info";
        };
        /**
         * Kickstart
         * @description What a teacher did last; the run's results are not those of PPO alone.
         */
        Kickstart: {
            /** Loss */
            loss: number | null;
            /** Teacher Score */
            teacher_score: number | null;
            /** Weight */
            weight: number;
        };
        /**
         * ListedCheckpoint
         * @description A checkpoint that is on disk; `evaluation` is the mean score of its own evaluation.
         */
        ListedCheckpoint: {
            /** Best */
            best: boolean;
            /** Bytes */
            bytes: number | null;
            /** Created At */
            created_at: string;
            /** Evaluation */
            evaluation: number | null;
            /**
             * Kept Because
             * @description Empty: it goes with the next one.
             */
            kept_because: ("best" | "last" | "every" | "pinned")[];
            /** Pinned */
            pinned: boolean;
            /** Score */
            score: number | null;
            /** Step */
            step: number;
            /** Update */
            update: number;
        };
        /**
         * ModelArchitecture
         * @description A design: its components and who reads whom.
         */
        ModelArchitecture: {
            /** Components */
            components: components["schemas"]["ModelComponent"][];
            /** Edges */
            edges: [
                string,
                string
            ][];
            /** Id */
            id?: string | null;
            meta: components["schemas"]["DesignNumbers"];
            /** Name */
            name: string;
            /**
             * Version
             * @default 1
             */
            version: number;
        };
        /**
         * ModelComponent
         * @description One node of a design.
         */
        ModelComponent: {
            /** Id */
            id: string;
            /** Props */
            props: {
                [key: string]: boolean | number | string;
            };
            /** Type */
            type: string;
        };
        /**
         * NameChange
         * @description The design's name before and after.
         */
        NameChange: {
            /** From */
            from: string;
            /** To */
            to: string;
        };
        /**
         * NumbersTable
         * @description What a design costs; FLOPs of one forward pass, ms per move in a phone's browser.
         */
        NumbersTable: {
            /** Flops Per Board */
            flops_per_board: number;
            /** Onnx Bytes */
            onnx_bytes: number;
            /** Param Count */
            param_count: number;
            /** Phone Ms Per Move */
            phone_ms_per_move: number;
            /** Training Memory Mb */
            training_memory_mb: number;
        };
        /**
         * Parent
         * @description Where a branched run, or its teacher, came from.
         */
        Parent: {
            /** Run Id */
            run_id: string;
            /** Step */
            step: number;
        };
        /**
         * Problem
         * @description `application/problem+json`; `type` ends in the stable code.
         */
        Problem: {
            /** Detail */
            detail: string;
            /**
             * Errors
             * @default null
             */
            errors: string[] | null;
            /**
             * Issues
             * @default null
             */
            issues: components["schemas"]["Issue"][] | null;
            /** Request Id */
            request_id: string;
            /** Status */
            status: number;
            /** Title */
            title: string;
            /**
             * Type
             * @example urn:modelstudio:error:design.not_found
             */
            type: string;
        } & {
            [key: string]: unknown;
        };
        /**
         * RecordedGame
         * @description A game of an evaluation; `model` is the digest of the weights that played it.
         */
        RecordedGame: {
            /** Id */
            id: string;
            /**
             * Kind
             * @enum {string}
             */
            kind: "best" | "median" | "worst";
            /** Max Tile */
            max_tile: number;
            /** Mode */
            mode: string;
            /** Model */
            model: string | null;
            /** Score */
            score: number;
            /** Seed */
            seed: number;
            /** Step */
            step: number;
            /** Steps */
            steps: number;
            /** Update */
            update: number;
        };
        /**
         * RecordedGameList
         * @description The games that are kept, oldest step first.
         */
        RecordedGameList: {
            /** Items */
            items: components["schemas"]["RecordedGame"][];
        };
        /**
         * RevisionList
         * @description One page of a design's history, newest first.
         */
        RevisionList: {
            /** Items */
            items: components["schemas"]["RevisionMeta"][];
            /** Next */
            next: string | null;
        };
        /**
         * RevisionMeta
         * @description What the history shows of a saved state.
         */
        RevisionMeta: {
            /** Component Count */
            component_count: number;
            /** Name */
            name: string;
            /** Revision */
            revision: number;
            /** Saved At */
            saved_at: string;
        };
        /**
         * RunDetail
         * @description One run; `latest` is its last `training_update`, `last_seq` its last event's number.
         */
        RunDetail: {
            /**
             * Algorithm
             * @description Null before the first update.
             */
            algorithm: ("ppo" | "td") | null;
            /** Allowed */
            allowed: ("pause" | "resume" | "stop" | "set_hyperparameters")[];
            best_checkpoint: components["schemas"]["Checkpoint"] | null;
            best_evaluation: components["schemas"]["Evaluation"] | null;
            /** Config */
            config: {
                [key: string]: unknown;
            };
            /** Created At */
            created_at: string;
            /** Design Id */
            design_id: string;
            /** Design Name */
            design_name: string;
            /** Design Revision */
            design_revision: number;
            /** Ended At */
            ended_at: string | null;
            /** History */
            history: components["schemas"]["HyperparameterEdit"][];
            /** Hyperparameters */
            hyperparameters: {
                [key: string]: boolean | number | string;
            };
            /** Id */
            id: string;
            kickstart: components["schemas"]["Kickstart"] | null;
            /** @description The teacher, where it is of another run. */
            kickstart_from: components["schemas"]["Parent"] | null;
            /** Last Seq */
            last_seq: number;
            /** Latest */
            latest: {
                [key: string]: unknown;
            } | null;
            latest_checkpoint: components["schemas"]["Checkpoint"] | null;
            latest_evaluation: components["schemas"]["Evaluation"] | null;
            /** Minutes */
            minutes: number | null;
            parent: components["schemas"]["Parent"] | null;
            /** Reason */
            reason: string | null;
            /** Seed */
            seed: number;
            /** Started At */
            started_at: string | null;
            /**
             * State
             * @enum {string}
             */
            state: "queued" | "starting" | "running" | "paused" | "stopping" | "stopped" | "completed" | "failed" | "interrupted";
            /** Step */
            step: number;
            /** Total Steps */
            total_steps: number;
            /** Update */
            update: number;
        };
        /**
         * RunList
         * @description One page, newest first; `next` is the `cursor` of the next page.
         */
        RunList: {
            /** Items */
            items: components["schemas"]["RunDetail"][];
            /** Next */
            next: string | null;
        };
        /**
         * RunMetrics
         * @description Curves by name: `[step, value]` pairs, value null where there was none.
         */
        RunMetrics: {
            /** Run Id */
            run_id: string;
            /** Series */
            series: {
                [key: string]: [
                    number,
                    number | null
                ][];
            };
        };
        /**
         * RunStarted
         * @description The new run.
         */
        RunStarted: {
            /** Run Id */
            run_id: string;
        };
        /**
         * TemplateItem
         * @description A design to start from.
         */
        TemplateItem: {
            design: components["schemas"]["ModelArchitecture"];
            /** Estimatedmemory */
            estimatedMemory: number;
            numbers: components["schemas"]["NumbersTable"];
            /** Paramcount */
            paramCount: number;
            /** Sentence */
            sentence: string;
            /** Slug */
            slug: string;
            /** Title */
            title: string;
        };
        /**
         * TemplateList
         * @description All templates, in the order in which to offer them.
         */
        TemplateList: {
            /** Items */
            items: components["schemas"]["TemplateItem"][];
        };
        /**
         * TrainRequest
         * @description What may be said of a new run; GET /api/blocks has names, defaults and bounds.
         */
        TrainRequest: {
            from_checkpoint?: components["schemas"]["CheckpointChoice"] | null;
            /**
             * Hyperparameters
             * @default {}
             */
            hyperparameters: {
                [key: string]: boolean | number | string;
            };
            /** @description A checkpoint of any design, whose moves the new run learns from at first. */
            kickstart_from?: components["schemas"]["CheckpointChoice"] | null;
            /**
             * Minutes
             * @description Minutes to train for, pauses not counted; alone, no number of steps ends it.
             */
            minutes?: number | null;
            /** Seed */
            seed?: number | null;
            /**
             * Total Steps
             * @description Environment steps to train for.
             */
            total_steps?: number | null;
        };
        /**
         * ValidationResult
         * @description `paramCount` in millions, `estimatedMemory` in MB for training at the default batch.
         */
        ValidationResult: {
            /**
             * Blocks
             * @description By component id.
             */
            blocks: {
                [key: string]: components["schemas"]["BlockNumbers"];
            };
            /** Errors */
            errors: string[];
            /** Estimatedmemory */
            estimatedMemory: number;
            /** Issues */
            issues: components["schemas"]["Issue"][];
            numbers: components["schemas"]["NumbersTable"];
            /** Paramcount */
            paramCount: number;
            /** Valid */
            valid: boolean;
        };
        /**
         * ValueChange
         * @description A prop or default; null where it was not set.
         */
        ValueChange: {
            /** From */
            from: boolean | number | string | null;
            /** Name */
            name: string;
            /** To */
            to: boolean | number | string | null;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    list_blocks: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Catalogue"];
                };
            };
            /** @description problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_designs: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DesignList"];
                };
            };
            /** @description problem */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description problem */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_design: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["CreateDesign"] | null;
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DesignMeta"];
                };
            };
            /** @description problem */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description problem */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description problem */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    fetch_design: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                design_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ModelArchitecture"];
                };
            };
            /** @description problem */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description problem */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    save_design: {
        parameters: {
            query?: never;
            header?: {
                "if-match"?: string | null;
                "if-none-match"?: string | null;
            };
            path: {
                design_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ModelArchitecture"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DesignMeta"];
                };
            };
            /** @description problem */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description problem */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description problem */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description problem */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description problem */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description problem */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_design: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                design_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description problem */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description problem */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    compile_design: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                design_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CompileResult"];
                };
            };
            /** @description problem */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description problem */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description problem */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description problem */
            507: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    diff_design: {
        parameters: {
            query?: {
                from?: number | null;
                to?: number | null;
                design_id?: string | null;
                run_id?: string | null;
            };
            header?: never;
            path: {
                design_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DesignDiff"];
                };
            };
            /** @description problem */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description problem */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description problem */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    export_model: {
        parameters: {
            query?: {
                fmt?: "pt" | "onnx" | "safetensors" | "py";
                run_id?: string | null;
                step?: number | null;
            };
            header?: never;
            path: {
                design_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The file. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": string;
                };
            };
            /** @description problem */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description problem */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description problem */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description problem */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_revisions: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string | null;
            };
            header?: never;
            path: {
                design_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RevisionList"];
                };
            };
            /** @description problem */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description problem */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description problem */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    fetch_revision: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                revision: number;
                design_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ModelArchitecture"];
                };
            };
            /** @description problem */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description problem */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description problem */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    fetch_source: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                design_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description problem */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description problem */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    train_design: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                design_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["TrainRequest"] | null;
            };
        };
        responses: {
            /** @description Successful Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunStarted"];
                };
            };
            /** @description problem */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description problem */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description problem */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description problem */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description problem */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description problem */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description problem */
            507: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    validate_design: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                design_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ModelArchitecture"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ValidationResult"];
                };
            };
            /** @description problem */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description problem */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description problem */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description problem */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_runs: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string | null;
                design_id?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunList"];
                };
            };
            /** @description problem */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description problem */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    fetch_run: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                run_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunDetail"];
                };
            };
            /** @description problem */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description problem */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    branch_run: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                run_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BranchRequest"];
            };
        };
        responses: {
            /** @description Successful Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunStarted"];
                };
            };
            /** @description problem */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description problem */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description problem */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description problem */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description problem */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description problem */
            507: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_checkpoints: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                run_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CheckpointList"];
                };
            };
            /** @description problem */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description problem */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    pin_checkpoint: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                step: number;
                run_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CheckpointList"];
                };
            };
            /** @description problem */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description problem */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description problem */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description problem */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description problem */
            507: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    unpin_checkpoint: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                step: number;
                run_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CheckpointList"];
                };
            };
            /** @description problem */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description problem */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description problem */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    fetch_run_design: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                run_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ModelArchitecture"];
                };
            };
            /** @description problem */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description problem */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_evaluations: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                run_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EvaluationList"];
                };
            };
            /** @description problem */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description problem */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    follow_run: {
        parameters: {
            query?: {
                after?: number | null;
            };
            header?: never;
            path: {
                run_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Server-sent events: `training_update`, `evaluation`, `run_state`, `alert`, `reset`; `id` is a sequence number. Last-Event-ID replays from there. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            /** @description The run is over and Last-Event-ID names its last event. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description problem */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description problem */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description problem */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_games: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                run_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RecordedGameList"];
                };
            };
            /** @description problem */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description problem */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    fetch_game: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                game_id: string;
                run_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GameRecording"];
                };
            };
            /** @description problem */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description problem */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    set_hyperparameters: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                run_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    [key: string]: boolean | number | string;
                };
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunDetail"];
                };
            };
            /** @description problem */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description problem */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description problem */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description problem */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    fetch_metrics: {
        parameters: {
            query?: {
                names?: string | null;
                max_points?: number;
                from?: number;
                to?: number;
            };
            header?: never;
            path: {
                run_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunMetrics"];
                };
            };
            /** @description problem */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description problem */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description problem */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    pause_run: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                run_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunDetail"];
                };
            };
            /** @description problem */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description problem */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description problem */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    resume_run: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                run_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunDetail"];
                };
            };
            /** @description problem */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description problem */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description problem */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description problem */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    stop_run: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                run_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunDetail"];
                };
            };
            /** @description problem */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description problem */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description problem */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_templates: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TemplateList"];
                };
            };
            /** @description problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    liveness: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        [key: string]: string;
                    };
                };
            };
            /** @description problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    prometheus: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                };
            };
            /** @description problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    readiness: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        [key: string]: string;
                    };
                };
            };
            /** @description problem */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
