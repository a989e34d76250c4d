/**
 * Answers to leaks, given step by step, whatever is killed meanwhile (docs/adr/0032-incidents.md).
 */
package dev.cofre.controlplane.server.incident;
