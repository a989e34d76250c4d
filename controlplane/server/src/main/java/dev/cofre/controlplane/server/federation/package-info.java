/** Identity providers: their keys, the verification of their tokens, and whom these make of us. */
package dev.cofre.controlplane.server.federation;
