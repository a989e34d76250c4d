/** Tests of the nodes that are not as they may be run. */
package dev.cofre.benchmarks.node;
