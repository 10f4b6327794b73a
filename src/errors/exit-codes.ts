/** How the `ecotile` process ends. */
export const EXIT_DONE = 0;
/** A bug of ours. */
export const EXIT_BUG = 1;
/** The user's input is wrong. */
export const EXIT_INPUT = 2;
/** No feasible design. */
export const EXIT_INFEASIBLE = 3;
/** Interrupted; the run can be resumed. */
export const EXIT_INTERRUPTED = 130;
