/** Requests through the whole engine. */
package dev.cofre.benchmarks.engine;
