/**
 * The frame protocol's bytes: one codec for servers and clients, on any carrier (docs/PROTOCOL.md,
 * "Frames").
 */
package dev.cofre.contract.frames;
