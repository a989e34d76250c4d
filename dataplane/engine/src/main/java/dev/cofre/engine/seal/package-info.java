/** Seals an audit log behind its writers: hashes, and heads that the HSM signs. */
package dev.cofre.engine.seal;
