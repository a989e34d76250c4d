/**
 * Which provider does AES-256-GCM, the proof at start that it does it right, and the warm-up that
 * makes it fast before the first request (docs/adr/0009-aead-back-ends.md). The interface is {@link
 * dev.cofre.contract.envelope.Aead}.
 */
package dev.cofre.engine.aead;
