/**
 * Investigations: what the archive knows of a key, a secret, a principal or an address in some
 * time, against the time before (docs/adr/0022-investigations.md).
 */
package dev.cofre.controlplane.server.investigate;
