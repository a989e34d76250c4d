/** Which data plane nodes there are, and on which of them a change is in force. */
package dev.cofre.controlplane.server.enforce;
