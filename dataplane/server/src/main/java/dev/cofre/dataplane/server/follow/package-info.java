/** How the node follows the control plane's snapshots. */
package dev.cofre.dataplane.server.follow;
