/** The HTTP API of the control plane: routes, documents, answers, and who may call what. */
package dev.cofre.controlplane.server.api;
