// Graphviz, compiled for Node: the graph on standard input, in its own language, to SVG on standard output.
import { readFileSync } from "node:fs";
import { instance } from "@viz-js/viz";

const viz = await instance();
process.stdout.write(viz.renderString(readFileSync(0, "utf-8"), { format: "svg" }));
