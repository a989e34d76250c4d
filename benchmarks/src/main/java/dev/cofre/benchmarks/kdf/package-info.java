/** The derivations that were weighed for suite 1 (docs/adr/0004-key-derivation.md). */
package dev.cofre.benchmarks.kdf;
