/** Envelopes by request and by batch, and the bare cipher that they are held against. */
package dev.cofre.benchmarks.envelope;
