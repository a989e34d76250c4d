/**
 * What a node knows from the control plane: keys, principals and policies of one revision, and how
 * fresh it is.
 */
package dev.cofre.engine.snapshot;
