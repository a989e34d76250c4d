/** Keys as code: what files want, what there is, and how the one becomes the other. */
package dev.cofre.cli.code;
