# a spider of Scrapy fails
# needs: scrapy
# env: TIBIDI_LOGGING=ERROR
# dumps: 1-2
# compare: status
import scrapy
from scrapy.crawler import CrawlerProcess

import shop


class Spider(scrapy.Spider):
    name = "shop"
    start_urls = ["data:,x"]

    def parse(self, response):
        shop.fail()


process = CrawlerProcess({"TELNETCONSOLE_ENABLED": False, "LOG_LEVEL": "ERROR"})
process.crawl(Spider)
process.start()
