/**
 * Envelope v1: layout, key derivation, segments. docs/PROTOCOL.md ("Envelope v1") is the
 * specification.
 *
 * <p>Seal with {@link dev.cofre.contract.envelope.EnvelopeSealer}, open with {@link
 * dev.cofre.contract.envelope.EnvelopeOpener}.
 */
package dev.cofre.contract.envelope;
