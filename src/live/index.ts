export { exploreHtml, liveDataOf } from "./explore.ts";
export type { LiveData, LiveSetting, LiveSource } from "./data.ts";
export { studyPageHtml } from "./study-page.ts";
