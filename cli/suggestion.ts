/** What a mistyped word was meant to be: the same for words of the command line as for those of proposals. */

export { nearest } from "../sdk/format/nearest.js";
