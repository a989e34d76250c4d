/** {@code ./cofre dev}: a home for both planes on this machine, and the supervisor of the two. */
package dev.cofre.controlplane.server.dev;
