/** Keyed digests of encryption contexts, by which audit events are found without their values. */
package dev.cofre.contract.audit.digest;
