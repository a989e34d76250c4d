/** Nodes that are not as they may be run: to measure what a part of them costs, or to harm it. */
package dev.cofre.benchmarks.node;
