/** How often who did what with which key on this node. */
package dev.cofre.engine.usage;
