/** Credentials with an end: made, prolonged and, whatever happens in between, removed again. */
package dev.cofre.controlplane.server.lease;
