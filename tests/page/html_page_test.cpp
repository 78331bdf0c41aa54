#include "dircn/page/html_page.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

namespace dircn::html_page_test {
namespace {

size_t occurrences(const std::string& text, const std::string& part) {
  size_t count = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++count;
  }
  return count;
}

TEST(HtmlText, IsShownAsItIs) {
  EXPECT_EQ(html_text("<b a=\"1\" c='2'>&amp;"),
            "&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;amp;");
  EXPECT_EQ(html_text("Schädel 3×3"), "Schädel 3×3");
  EXPECT_EQ(html_text(""), "");
}

TEST(FillHtml, ReplacesNames) {
  EXPECT_EQ(fill_html("{{a}}, {{b}} and {{a}}", {{"a", "x"}, {"b", ""}}), "x,  and x");
  EXPECT_EQ(fill_html("nothing } { here", {}), "nothing } { here");
  EXPECT_EQ(fill_html("", {{"a", "x"}}), "");
}

TEST(FillHtml, DoesNotSearchWhatItFilledIn) {
  EXPECT_EQ(fill_html("{{a}}{{b}}", {{"a", "{{b}}"}, {"b", "{{"}}), "{{b}}{{");
}

TEST(FillHtml, RefusesNamesThatItWasNotGiven) {
  EXPECT_THROW(fill_html("{{c}}", {{"a", "x"}}), std::out_of_range);
}

TEST(HtmlPage, HasItsParts) {
  const std::string html =
      html_page({"run 3", "Scores", "<p>body</p>", R"({"a": 1})", "p { margin: 0 }", "draw();"});
  EXPECT_EQ(html.substr(0, 15), "<!DOCTYPE html>");
  for (const char* part :
       {"<title>run 3 · Scores</title>", "<h1>run 3</h1>", "<p id=\"subtitle\">Scores</p>",
        "<p>body</p>", "id=\"data\">{\"a\": 1}</script>", "p { margin: 0 }\n</style>",
        "draw();\n</script>", "Permission is hereby granted, free of charge"}) {
    EXPECT_NE(html.find(part), std::string::npos) << part;
  }
}

TEST(HtmlPage, LoadsNothing) {
  const std::string html = html_page({});
  EXPECT_NE(html.find("content=\"default-src 'none'"), std::string::npos);
  for (const char* loader :
       {" src=", "url(", "@import", "fetch(", "XMLHttpRequest", "http-equiv=\"refresh"}) {
    EXPECT_EQ(html.find(loader), std::string::npos) << loader;
  }
}

TEST(HtmlPage, IsNotEndedByTitlesOrData) {
  const std::string hostile = "</title></script><!--<script>alert(1)</script>{{data}}";
  const std::string html = html_page({hostile, hostile, "", "[\"" + hostile + "\"]", "", ""});
  const std::string plain = html_page({});
  EXPECT_EQ(occurrences(html, "<script"), occurrences(plain, "<script"));
  EXPECT_EQ(occurrences(html, "</script>"), occurrences(plain, "</script>"));
  EXPECT_EQ(occurrences(html, "</title>"), 1U);
  EXPECT_EQ(occurrences(html, "<!--"), occurrences(plain, "<!--"));
  EXPECT_NE(html.find("[\"\\u003c/title>\\u003c/script>\\u003c!--\\u003cscript>alert(1)"
                      "\\u003c/script>{{data}}\"]</script>"),
            std::string::npos);
}

}  // namespace
}  // namespace dircn::html_page_test
