/**
 * Both planes as real processes, spoken to from outside, and the kit for that: one class for each
 * thing that must hold of the whole.
 */
package dev.cofre.loadtest.system;
