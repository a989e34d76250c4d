/**
 * Certificate authorities whose keys are in the HSM: certificates, signing requests, revocation
 * lists.
 */
package dev.cofre.controlplane.server.x509;
