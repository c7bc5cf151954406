/** The domain's public face for the Node bundle: the twin of `app.designs.validate`. */
export { analyse, checkDocument, toArchitecture, validateDocument } from "./validate";
