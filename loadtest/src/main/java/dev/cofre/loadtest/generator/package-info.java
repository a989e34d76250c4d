/**
 * The open-loop generator: a schedule that no answer can delay, raw sockets, latency counted from
 * the intended send, and the measurements that say whether the generator itself can be believed.
 */
package dev.cofre.loadtest.generator;
