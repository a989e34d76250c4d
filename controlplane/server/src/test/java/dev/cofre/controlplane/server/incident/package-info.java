/** Tests of answers to leaks. */
package dev.cofre.controlplane.server.incident;
