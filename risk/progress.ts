/** Progress of long work. */

/** Told now and then what is done of all there is to do. */
export type OnProgress = (done: number, total: number) => void;

/** Units between two calls. */
const EVERY = 500;

/** Adds up pieces of work towards `total`; the one who is told is not told about every single unit. */
export function meter(total: number, onProgress: OnProgress | undefined): () => void {
  let done = 0;
  return () => {
    done++;
    if (done % EVERY === 0 || done === total) onProgress?.(done, total);
  };
}
