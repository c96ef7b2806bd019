"use strict";
// The page is whole without this: it adds a filter, and shows where a node's curves lead.
(function () {
	var input = document.getElementById("filter"), said = document.getElementById("found");
	var rows = Array.prototype.slice.call(document.querySelectorAll("tbody tr"));
	var texts = rows.map(function (row) { return row.textContent.toLowerCase(); });

	function filter() {
		var words = input.value.toLowerCase().split(/\s+/).filter(Boolean), n = 0;

		rows.forEach(function (row, i) {
			var fits = words.every(function (word) { return texts[i].indexOf(word) >= 0; });

			row.hidden = !fits;
			n += fits;
		});
		said.textContent = words.length ? n + " of " + rows.length + " rows" : "";
	}

	function show(node, on) {
		var curves = document.querySelectorAll("." + node.id);

		document.body.classList.toggle("chosen", on);
		Array.prototype.forEach.call(curves, function (curve) { curve.classList.toggle("on", on); });
	}

	if (input) {
		document.getElementById("filtering").hidden = false;
		input.addEventListener("input", filter);
	}
	Array.prototype.forEach.call(document.querySelectorAll(".node"), function (node) {
		[["mouseenter", true], ["mouseleave", false], ["focusin", true], ["focusout", false]].forEach(function (pair) {
			node.addEventListener(pair[0], function () { show(node, pair[1]); });
		});
	});
})();
