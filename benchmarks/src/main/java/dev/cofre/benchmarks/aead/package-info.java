/** AES-256-GCM per back end, the ones not adopted among them (docs/adr/0009-aead-back-ends.md). */
package dev.cofre.benchmarks.aead;
