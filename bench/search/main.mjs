// node bench/search/main.mjs [workers] [threads] [hundred] [budgets] [fronts]: the longer benches of the search room, minutes in all. Build first.
import { budgets } from "./budgets.mjs";
import { fronts } from "./fronts.mjs";
import { hundredEvaluations } from "./hundred-evaluations.mjs";
import { threads } from "./threads.mjs";
import { twoWorkersAgainstOne } from "./workers.mjs";

const asked = process.argv.slice(2);
const isAsked = (name) => asked.length === 0 || asked.includes(name);
if (isAsked("workers")) for (const line of await twoWorkersAgainstOne()) console.log(line);
if (isAsked("threads")) for (const line of await threads()) console.log(line);
if (isAsked("fronts")) for (const line of await fronts()) console.log(line);
if (isAsked("budgets")) await budgets("examples/clip-vit-b16.yaml", console.log);
if (isAsked("hundred")) await hundredEvaluations("examples/clip-vit-b16.yaml", console.log);
