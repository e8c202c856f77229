// Takes as whole files in memory. A player that reads from the server holds a connection for as long as it is there,
// and a browser gives a page six: with a few takes on it nothing else would get through. Takes are seconds long, and
// what an address holds never changes.

/** How many are kept, the latest used. */
const KEPT = 24;
const takes = new Map<string, Promise<string>>();

/** An address inside the page under which the take plays at once. */
export function fetched(address: string): Promise<string> {
  const known = takes.get(address);
  takes.delete(address);
  const take = known ?? load(address);
  takes.set(address, take);
  for (const [oldest, old] of takes) {
    if (takes.size <= KEPT) break;
    takes.delete(oldest);
    void old.then((url) => URL.revokeObjectURL(url)).catch(() => undefined);
  }
  return take;
}

async function load(address: string): Promise<string> {
  try {
    const answer = await fetch(address);
    if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
    return URL.createObjectURL(await answer.blob());
  } catch (error) {
    // The next who asks tries again.
    takes.delete(address);
    throw error;
  }
}
