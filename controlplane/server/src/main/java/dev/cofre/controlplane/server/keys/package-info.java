/**
 * The life of keys: made, rotated, moved between states, destroyed, the table and the HSM kept in
 * step.
 */
package dev.cofre.controlplane.server.keys;
