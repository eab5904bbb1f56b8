// How many independent links hold two sets of places together: a minimum cut.

/**
 * A smallest set of edges whose loss parts two sets of places, the one nearest to the first.
 *
 * Every edge counts once, parallel ones too. The places that spare capacity reaches from the first
 * set are the smallest side of any minimum cut.
 *
 * @param {{id: string, u: string, v: string}[]} edges
 * @param {Set<string>} first @param {Set<string>} second
 */
export function minimumCut(edges, first, second) {
  const around = neighbours(edges);
  /** 1 where an edge carries something from u to v, -1 from v to u. */
  const flow = new Int8Array(edges.length);
  const known = (places) => [...places].filter((place) => around.has(place));
  const [sources, targets] = [known(first), new Set(known(second))];
  let [count, side] = [0, null];
  for (;;) {
    const { end, into } = spread(edges, around, flow, sources, targets);
    side = into;
    if (end === null) break;
    count++;
    for (let place = end; into.get(place) !== null; ) {
      const { i, from } = into.get(place);
      flow[i] += edges[i].u === from ? 1 : -1;
      place = from;
    }
  }
  const isCut = ({ u, v }) => side.has(u) !== side.has(v);
  return { count, cut: count ? edges.filter(isCut).map(({ id }) => id) : [] };
}

/** By place the numbers of the edges there. */
function neighbours(edges) {
  const around = new Map();
  edges.forEach(({ u, v }, i) => {
    if (u === v) return;
    for (const place of [u, v]) around.set(place, [...(around.get(place) ?? []), i]);
  });
  return around;
}

/** Search from the sources over edges with spare capacity until a target is found. */
function spread(edges, around, flow, sources, targets) {
  const into = new Map(sources.map((place) => [place, null]));
  const queue = [...sources];
  for (const place of queue) {
    if (targets.has(place)) return { end: place, into };
    for (const i of around.get(place)) {
      const { u, v } = edges[i];
      const [other, spare] = u === place ? [v, flow[i] < 1] : [u, flow[i] > -1];
      if (!spare || into.has(other)) continue;
      into.set(other, { i, from: place });
      queue.push(other);
    }
  }
  return { end: null, into };
}
