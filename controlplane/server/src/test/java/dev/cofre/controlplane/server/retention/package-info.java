/** Tests of what is removed from the archive, and what is held. */
package dev.cofre.controlplane.server.retention;
