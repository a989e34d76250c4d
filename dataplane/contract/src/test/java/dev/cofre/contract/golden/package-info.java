/** Envelopes that every release opens, and what made them. */
package dev.cofre.contract.golden;
