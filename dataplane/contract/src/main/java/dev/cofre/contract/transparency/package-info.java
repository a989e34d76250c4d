/** Merkle trees (RFC 6962), their proofs, and signed tree heads (C2SP tlog-checkpoint). */
package dev.cofre.contract.transparency;
