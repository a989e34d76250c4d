/**
 * Secrets: how their values are sealed under the vault's KMS keys, who sees them and who reads
 * them.
 */
package dev.cofre.controlplane.server.vault;
