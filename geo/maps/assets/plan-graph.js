// Directed arcs between numbered nodes, and the fastest ways over them.

/** Arcs by the node at which they begin. */
export class CompressedArcs {
  /**
   * @param {number} size Number of nodes.
   * @param {ArrayLike<number>} tails @param {ArrayLike<number>} heads Nodes by arc.
   * @param {ArrayLike<number>} minutes @param {ArrayLike<number>} [km] By arc.
   */
  constructor(size, tails, heads, minutes, km) {
    this.size = size;
    const starts = new Int32Array(size + 1);
    for (let i = 0; i < tails.length; i++) starts[tails[i] + 1]++;
    for (let i = 0; i < size; i++) starts[i + 1] += starts[i];
    this.starts = starts;
    this.heads = new Int32Array(tails.length);
    this.minutes = new Float64Array(tails.length);
    /** Which of the given arcs stands where. */
    this.arcs = new Int32Array(tails.length);
    this.km = km ? new Float64Array(tails.length) : null;
    this.tails = new Int32Array(tails.length);
    const next = starts.slice(0, size);
    for (let i = 0; i < tails.length; i++) {
      const at = next[tails[i]]++;
      this.tails[at] = tails[i];
      this.heads[at] = heads[i];
      this.minutes[at] = minutes[i];
      this.arcs[at] = i;
      if (km) this.km[at] = km[i];
    }
  }
}

/** Nodes in the order of their minutes: a binary heap in which a node stands once. */
export class NodeHeap {
  /** @param {Float64Array} keys Minutes by node. */
  constructor(keys) {
    this.keys = keys;
    this.nodes = new Int32Array(keys.length + 1);
    this.place = new Int32Array(keys.length).fill(-1);
    this.size = 0;
  }

  /** Put a node in, or let it move up after its key has become smaller. */
  raise(node) {
    const { keys, nodes, place } = this;
    const key = keys[node];
    let at = place[node] < 0 ? this.size++ : place[node];
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const other = nodes[parent];
      if (keys[other] <= key) break;
      nodes[at] = other;
      place[other] = at;
      at = parent;
    }
    nodes[at] = node;
    place[node] = at;
  }

  /** Take out the node with the smallest key. */
  pop() {
    const { keys, nodes, place } = this;
    const first = nodes[0];
    place[first] = -1;
    const last = nodes[--this.size];
    if (this.size === 0) return first;
    const key = keys[last];
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= this.size) break;
      if (child + 1 < this.size && keys[nodes[child + 1]] < keys[nodes[child]]) child++;
      const other = nodes[child];
      if (keys[other] >= key) break;
      nodes[at] = other;
      place[other] = at;
      at = child;
    }
    nodes[at] = last;
    place[last] = at;
    return first;
  }
}

/** Minutes for which nodes stand in one row of the queue, and how many rows there are. */
const ROW_MIN = 0.5;
const ROWS = 4096;

/**
 * Nodes that wait in rows of half a minute, the last come first; the last row has all the rest.
 *
 * A node that is reached faster stands once more farther ahead. So no heap is needed.
 */
class WaitingRows {
  /** @param {number} size How often nodes come, about. */
  constructor(size) {
    this.first = new Int32Array(ROWS).fill(-1);
    this.node = new Int32Array(size);
    this.next = new Int32Array(size);
    this.count = 0;
    this.last = 0;
  }

  add(node, row) {
    const at = this.count++;
    if (at === this.node.length) this.grow();
    this.node[at] = node;
    this.next[at] = this.first[row];
    this.first[row] = at;
    if (row > this.last) this.last = row;
  }

  grow() {
    for (const key of ["node", "next"]) {
      const wider = new Int32Array(2 * this[key].length);
      wider.set(this[key]);
      this[key] = wider;
    }
  }

  /** Take the latest node of a row; -1 where it is empty. */
  take(row) {
    const at = this.first[row];
    if (at < 0) return -1;
    this.first[row] = this.next[at];
    return this.node[at];
  }
}

const rowOf = (minutes) => Math.min(Math.trunc(minutes / ROW_MIN), ROWS - 1);

/**
 * The minutes from a node to all others, and the entry over which each was reached.
 *
 * Nodes of one row are looked at in any order, again where one is reached faster from its own row:
 * the minutes are the same.
 *
 * @param {CompressedArcs} graph
 * @param {number} source
 * @param {Float64Array} weights Minutes by entry.
 * @param {number} target Where the search may end.
 */
export function fastestFrom(graph, source, weights = graph.minutes, target = -1) {
  const far = new Float64Array(graph.size).fill(Infinity);
  const into = new Int32Array(graph.size).fill(-1);
  const rows = new WaitingRows(graph.size + 1);
  far[source] = 0;
  rows.add(source, 0);
  for (let row = 0; row <= rows.last; row++) {
    if (target >= 0 && far[target] < row * ROW_MIN) break;
    for (let node = rows.take(row); node >= 0; node = rows.take(row)) {
      // else reached faster since
      if (rowOf(far[node]) === row) goOn(graph, node, weights, far, into, rows);
    }
  }
  return { far, into };
}

/** Go on from a node over its arcs. */
function goOn({ starts, heads }, node, weights, far, into, rows) {
  const own = far[node];
  for (let at = starts[node]; at < starts[node + 1]; at++) {
    const after = own + weights[at];
    const head = heads[at];
    if (after >= far[head]) continue;
    far[head] = after;
    into[head] = at;
    rows.add(head, rowOf(after));
  }
}

/**
 * The fastest ways to nodes where a search ends, from nodes with the minutes and km to them.
 *
 * @param {CompressedArcs} graph
 * @param {{node: number, min: number, km: number}[]} sources
 * @param {(node: number) => boolean} isEnd Whether nobody goes on from a node.
 * @returns {{node: number, min: number, km: number}[]} All nodes reached, the nearest first.
 */
export function searchFrom({ size, starts, heads, minutes, km }, sources, isEnd, limit = Infinity) {
  const far = new Float64Array(size).fill(Infinity);
  const length = new Float64Array(size);
  const heap = new NodeHeap(far);
  const found = [];
  const reach = (node, min, total) => {
    if (min >= far[node] || min > limit) return;
    far[node] = min;
    length[node] = total;
    heap.raise(node);
  };
  for (const source of sources) reach(source.node, source.min, source.km);
  while (heap.size) {
    const node = heap.pop();
    found.push({ node, min: far[node], km: length[node] });
    if (isEnd(node)) continue;
    for (let at = starts[node]; at < starts[node + 1]; at++) {
      reach(heads[at], far[node] + minutes[at], length[node] + km[at]);
    }
  }
  return found;
}

/**
 * What an arc is travelled on: the number of an edge of the network (-1 for none), the number of
 * the route or one of `LEG`, and the length.
 *
 * @typedef {{km: number, edge: number, leg: number}} Carrier
 */

/** Legs that are of no route: ways on the ground, and boarding, leaving and changing. */
export const LEG = { ground: -1, rail: -2, water: -3 };

/** Arcs as they are collected: columns that grow. */
export class ArcList {
  constructor() {
    this.tail = [];
    this.head = [];
    this.min = [];
    this.wait = [];
    /** @type {Carrier[]} */
    this.on = [];
  }

  /** @param {Carrier} on */
  add(tail, head, min, on, wait = 0) {
    this.tail.push(tail);
    this.head.push(head);
    this.min.push(min);
    this.wait.push(wait);
    this.on.push(on);
  }

  /** An arc both ways. */
  addBoth(u, v, min, on) {
    this.add(u, v, min, on);
    this.add(v, u, min, on);
  }
}
