export { loadStudy, placeInSpace, readStudy, studyText } from "./load-study.ts";
export { loadHardware, loadModel, loadPackageCase, readSpecFile, resolvedHardware } from "./load.ts";
export { confineFiles, openBytes, readTextFile, readTextPieces, STDIN, type OpenBytes } from "./read-file.ts";
export * from "./portable.ts";
export { layerPath, type LayerPath } from "./set-layers.ts";
