/** Secrets whose values are passwords of two users in turn: made, rehearsed and then published. */
package dev.cofre.controlplane.server.rotation;
