/** Policies: made and removed, with the principals and keys they name. */
package dev.cofre.controlplane.server.policy;
