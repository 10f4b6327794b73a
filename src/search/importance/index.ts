export {
  importanceOfFront,
  importanceOfTrials,
  type Importance,
  type ImportanceOf,
  type ParameterImportance,
} from "./importance.ts";
export { pedAnova } from "./ped-anova.ts";
