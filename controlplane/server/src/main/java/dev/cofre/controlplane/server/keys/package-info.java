/** The life of keys: made, rotated, disabled and enabled, the table and the HSM kept in step. */
package dev.cofre.controlplane.server.keys;
