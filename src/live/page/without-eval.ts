import { config } from "zod";

// First of all imports: the library would try whether the page may make functions of texts, which its policy forbids and reports.
config({ jitless: true });
