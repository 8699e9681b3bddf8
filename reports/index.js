(function () {
  var search = document.getElementById("search"), kind = document.getElementById("kind");
  var state = document.getElementById("state"), count = document.getElementById("count");
  var rows = Array.prototype.slice.call(document.querySelectorAll("tbody tr"));
  function show() {
    var words = search.value.toLowerCase().split(/\s+/).filter(Boolean), shown = 0;
    rows.forEach(function (row) {
      var text = row.textContent.toLowerCase();
      var fits = words.every(function (word) { return text.indexOf(word) >= 0; })
        && (!kind.value || row.getAttribute("data-kind") === kind.value)
        && (!state.value || row.getAttribute("data-state") === state.value);
      row.hidden = !fits;
      if (fits) { shown += 1; }
    });
    count.textContent = shown + " of " + rows.length + " shown";
  }
  [search, kind, state].forEach(function (one) { one.addEventListener("input", show); });
  document.getElementById("finder").hidden = false;
})();
